"""What happens to counts, told: the channel, the log of the latest events, and the progress of a
job."""
