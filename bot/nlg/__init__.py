"""Speaking: responses of the domain as templates, a GPT that words them, and the check that it states only facts."""
