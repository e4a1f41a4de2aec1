"""What takes a mistake away that people would make with a framework; for the rest there are recipes.

Each module imports its framework, and nothing else of the package imports these.
"""
