"""From a message to the values in it: a grammar over typed tokens, with all its words in ``values.yml``.

``lexemes`` cuts the text, ``numbers`` reads numbers in words, ``times`` reads clock times and dates,
``vocabulary`` holds the words, ``tokens`` puts these together, and ``grammar`` says what each number is.
"""
