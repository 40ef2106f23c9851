"""The demonstration: a company's week on the stand-in portal, told scene by scene."""
