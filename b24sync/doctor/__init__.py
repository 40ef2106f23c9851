"""What ``b24sync doctor`` looks at: one module for each family of checks; they read and change nothing."""
