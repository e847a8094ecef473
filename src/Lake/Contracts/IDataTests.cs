using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>A table to be tested by a suite of expectations.</summary>
public sealed record DataTest
{
    /// <summary>The suite's YAML.</summary>
    public required string Suite { get; init; }

    /// <summary>The name of its file, for messages ("tests.yml").</summary>
    public required string Source { get; init; }

    public required LakeTable Table { get; init; }

    /// <summary>The tree that the table is the whole of, whose profile may be known already; null: a part of one.</summary>
    public Digest? Tree { get; init; }

    /// <summary>The asset whose earlier results are the history of the anomaly rules; null: there is none.</summary>
    public AssetName? Asset { get; init; }

    /// <summary>Where the rows go that are not set aside (Parquet); null: nowhere.</summary>
    public string? CleanFile { get; init; }

    /// <summary>Where the rows go that are set aside (Parquet, with the column <c>reason</c>); null: nowhere.</summary>
    public string? QuarantineFile { get; init; }

    /// <summary>The time that freshness is measured at; null: now.</summary>
    public DateTimeOffset? AsOf { get; init; }
}

/// <summary>What one expectation found.</summary>
public sealed record ExpectationResult
{
    public required string Name { get; init; }

    /// <summary>"not_null", "between" …</summary>
    public required string Expect { get; init; }

    /// <summary>"error" or "warn".</summary>
    public required string Severity { get; init; }

    /// <summary>"block", "quarantine" or "report".</summary>
    public required string OnFail { get; init; }

    /// <summary>Rows that the expectation says something about; those with a null there are none of them.</summary>
    public required long Evaluated { get; init; }

    public required long Failed { get; init; }

    /// <summary>Failed of evaluated, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>What was measured of the table as a whole; null for expectations about rows, and when it is no number.</summary>
    public double? Value { get; init; }

    public required bool Passed { get; init; }

    /// <summary>True: the pipeline must not go on with this data.</summary>
    public required bool Blocks { get; init; }

    /// <summary>What was found, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Some of the rows that fail.</summary>
    public IReadOnlyList<JsonElement> Sample { get; init; } = [];
}

/// <summary>What a suite found.</summary>
public sealed record DataTestReport
{
    public required string Suite { get; init; }

    public required long Rows { get; init; }

    /// <summary>Rows that were set aside; a row that fails twice counts once.</summary>
    public required long Quarantined { get; init; }

    public required IReadOnlyList<ExpectationResult> Expectations { get; init; }

    /// <summary>True: nothing forbids to go on with the clean rows.</summary>
    public bool Passed => Expectations.All(expectation => !expectation.Blocks);

    /// <summary>"The data does not pass flights: …".</summary>
    public string Verdict() => Passed
        ? $"The data passes {Suite}."
        : $"The data does not pass {Suite}: {string.Join("; also ", Expectations.Where(found => found.Blocks).Select(found => found.Message.TrimEnd('.')))}.";
}

/// <summary>Tests of data: suites of expectations over tables.</summary>
public interface IDataTests
{
    /// <summary>Evaluates the suite; a failed expectation is a result, not an exception.</summary>
    /// <exception cref="SlipwayException">
    /// InvalidParameter when the suite has mistakes: all of them, each with its line. NotFound when a version that it refers to
    /// does not exist.
    /// </exception>
    Task<DataTestReport> RunAsync(Caller caller, DataTest test, CancellationToken ct);
}

/// <summary>A test of a data asset that was kept.</summary>
/// <param name="Version">"" for a version that was refused and never came to be.</param>
public sealed record PastDataTest(string Id, string Asset, string Version, DataTestReport Report, DateTimeOffset At);

/// <summary>What tests of data found in the past.</summary>
public interface IDataTestHistory
{
    /// <summary>Those of an asset after one time and up to another, newest first.</summary>
    /// <param name="suite">Null: by all suites.</param>
    Task<IReadOnlyList<PastDataTest>> ListAsync(
        Caller caller, AssetName asset, string? suite, DateTimeOffset after, DateTimeOffset until, int most, CancellationToken ct);
}
