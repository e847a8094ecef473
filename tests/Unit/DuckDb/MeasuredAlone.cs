using Xunit;

namespace Slipway.Unit.DuckDb;

/// <summary>Tests that look at the memory of the whole process run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "measured alone";
}
