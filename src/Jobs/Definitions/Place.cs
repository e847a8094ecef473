namespace Slipway.Jobs.Definitions;

/// <summary>Where in a file something stands; lines and columns count from 1. Line 0: it was said on the command line.</summary>
internal readonly record struct Place(string Source, int Line, int Column)
{
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
