"""The purchasing models of the reference cases, as files that POST /v1/inkoop takes."""
