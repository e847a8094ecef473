using Slipway.Kernel;

namespace Slipway.Monitoring.Backtests;

/// <summary>What is replayed, as a request names it.</summary>
/// <param name="Data">A version of a data asset, "name" or "name:version"; null: what the monitor's endpoint collected.</param>
/// <param name="TimeColumn">When a row happened.</param>
/// <param name="TargetColumn">What came true.</param>
/// <param name="PredictionColumn">What was answered: a probability, or a number.</param>
/// <param name="Features">The columns to look at; null: all others.</param>
internal sealed record HistorySource(
    string? Data = null,
    string? TimeColumn = null,
    string? TargetColumn = null,
    string? PredictionColumn = null,
    IReadOnlyList<string>? Features = null)
{
    /// <summary>The column of the time.</summary>
    /// <exception cref="SlipwayException">InvalidParameter: none was named.</exception>
    public string Time => TimeColumn ?? throw SlipwayException.Invalid("Name the column with the time of each row: time_column.");
}
