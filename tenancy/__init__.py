"""Who may see and do what: organisations, engagements, people, grants, the scope every query needs, and jobs.

The tenant is an Organization of kind PRACTICE. A billing company owns people, never data; it works for practices
through dated engagements. A right is grant ∩ engagement ceiling ∩ role ∩ consent ∩ now, narrowed by location and payer.
"""
