"""The explorer: a page, served from this machine only, to see a latent space, label in it and watch the model learn."""
