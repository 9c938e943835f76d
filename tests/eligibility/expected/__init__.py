"""What each test payer's answer has to be read as, by family."""
