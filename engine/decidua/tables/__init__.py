"""Tables of women: read, checked, judged by the frame engine, and written. Needs the extra ``decidua[cohort]``."""
