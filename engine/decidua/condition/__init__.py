"""The condition language: syntax tree, parser, words in English, reference engine."""
