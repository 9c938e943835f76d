// The running total of a form's lines.
//   <form data-total-of="amount">  … <input name="charges-0-amount"> …  <output data-total>
// Amounts that cannot be read count as nothing; the server says what is wrong with them.

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

function cents(input) {
  const text = input.value.trim().replace(/[$,]/g, "");
  return /^\d+(\.\d{0,2})?$/.test(text) ? Math.round(Number(text) * 100) : 0;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-total-of]");
  if (!form || !event.target.name.endsWith(`-${form.dataset.totalOf}`)) return;
  const inputs = form.querySelectorAll(`input[name$="-${form.dataset.totalOf}"]`);
  const sum = [...inputs].reduce((total, input) => total + cents(input), 0);
  form.querySelector("[data-total]").value = dollars.format(sum / 100);
});
