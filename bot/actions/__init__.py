"""Default actions, forms, and the shop's own actions in this process or on an action server."""
