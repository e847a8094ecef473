namespace Slipway.Jobs.Definitions;

/// <summary>Where in a file something stands; lines and columns count from 1.</summary>
internal readonly record struct Place(string Source, int Line, int Column)
{
    public override string ToString() => $"{Source}:{Line}:{Column}";
}
