"""What instances print: pipes that outlive their readers, and the program that reads them into log files."""
