"""The steps: one small file each; see ``registry``."""
