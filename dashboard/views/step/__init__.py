"""Step: what does the cell do at this timestep, and why?"""
