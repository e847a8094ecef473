using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Tables;
using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <summary>What a signal compares: the rows in question, and either a table or the counts of bins that a model brought along.</summary>
internal sealed record Comparison
{
    public required DuckDbConnection Connection { get; init; }

    public required DataTable Current { get; init; }

    /// <summary>Null: the profile is the reference.</summary>
    public DataTable? Reference { get; init; }

    public TrainingProfile? Profile { get; init; }

    /// <summary>The version that answered most rows; null for data that no endpoint collected.</summary>
    public ModelVersion? Served { get; init; }

    /// <summary>The most important features first; null when nobody knows.</summary>
    public IReadOnlyList<string>? Ranking { get; init; }

    /// <summary>"the training data of model:late@1", "data:baseline@3", "2001-01-01 to 2001-01-08".</summary>
    public string ReferenceText => Reference?.Description ?? $"the training data of {Served!.Node}";

    /// <summary>The answers as a feature of both tables.</summary>
    public Comparison WithScores() => this with { Current = WithScore(Current), Reference = Reference is null ? null : WithScore(Reference) };

    private static DataTable WithScore(DataTable table) => table with
    {
        Features = new Dictionary<string, string>(table.Features) { [ComparedColumns.Score] = table.Score! },
    };
}
