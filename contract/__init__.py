"""What every app must do, whichever interface it speaks. Standard library only."""
