"""Why a status is hers: its proof, the findings responsible, and the nearest changes."""
