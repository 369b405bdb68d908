"""Ask the Reports: short answers from a folder of reports, every claim a quotation that can be checked."""

__version__ = "0.1.0"
