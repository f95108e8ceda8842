"""Made-up input for every parser of ours, led by coverage; what it finds is read again at every test run."""
