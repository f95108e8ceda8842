"""What is said of a finding: present, uncertain, denied, past, not reported."""
