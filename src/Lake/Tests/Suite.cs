using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Tests;

/// <summary>What becomes of a failure.</summary>
internal enum OnFail
{
    /// <summary>The pipeline stops.</summary>
    Block,

    /// <summary>The rows that fail are set aside and the rest goes on.</summary>
    Quarantine,

    /// <summary>It is counted.</summary>
    Report,
}

/// <summary>Expectations that belong together, as one YAML file declares them.</summary>
internal sealed record Suite(string Name, string Source, IReadOnlyList<Expectation> Expectations);

/// <summary>What is expected of a table.</summary>
internal abstract record Expectation
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    /// <summary>The columns that it names, which must be there.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    public bool IsWarning { get; init; }

    public OnFail OnFail { get; init; }

    /// <summary>The share of rows that must pass; null: not said.</summary>
    public double? Mostly { get; init; }

    /// <summary>Why a row is set aside, in the words of the suite's author.</summary>
    public string? Reason { get; init; }

    /// <summary>"tests.yml:7:5".</summary>
    public string Place { get; init; } = "";

    /// <summary>
    /// What is set aside harms nobody, so it stops the pipeline only when the author said how much of it is too much.
    /// </summary>
    public bool MayBlock => !IsWarning && (OnFail == OnFail.Block || (OnFail == OnFail.Quarantine && Mostly is not null));
}

/// <summary>Expects something of each row.</summary>
/// <param name="Condition">
/// SQL: true for a row that passes, null for one that it says nothing about. It may name data versions, <c>'data:airports@2'</c>.
/// </param>
internal sealed record RowExpectation(string Condition) : Expectation;

/// <summary>Expects that no two rows are the same in <see cref="Expectation.Columns"/>; all but the first fail.</summary>
internal sealed record UniqueExpectation : Expectation;

/// <summary>What a judge of a measured value may look at.</summary>
/// <param name="History">The values of earlier versions, oldest first.</param>
internal sealed record Circumstances(DateTimeOffset AsOf, IReadOnlyList<double> History);

/// <summary>Expects something of the table as a whole.</summary>
/// <param name="Measure">An SQL aggregate.</param>
/// <param name="Judge">What is wrong with its value, or null.</param>
internal sealed record TableExpectation(string Measure, Func<object?, Circumstances, string?> Judge) : Expectation;

/// <summary>Expects something of the profile of its one column.</summary>
/// <param name="Measure">The value, from the column and, if there is a reference, from the same column there.</param>
/// <param name="Judge">What is wrong with the value, or null.</param>
internal sealed record ProfileExpectation(
    Func<ColumnProfile, ColumnProfile?, double> Measure, Func<double, string?> Judge) : Expectation
{
    /// <summary>"flights@3": the version that the column is compared with.</summary>
    public string? Reference { get; init; }
}

/// <summary>Expects exactly these columns with these types.</summary>
internal sealed record SchemaExpectation(IReadOnlyDictionary<string, string> Types) : Expectation;
