"""The C kernels and what runs in their place: arrays in, arrays out; they know of no file, trait or request."""
