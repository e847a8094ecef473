using Slipway.Kernel;

namespace Slipway.Serving.Contracts;

/// <summary>A window of event time, from inclusive to exclusive.</summary>
public readonly record struct TimeWindow(DateTimeOffset From, DateTimeOffset To);

/// <summary>What deployments were asked and what they answered, with the labels that came later.</summary>
public interface ICollectedData
{
    /// <summary>
    /// A DuckDB query (to be put in parentheses into a FROM clause) over the predictions of an endpoint whose event
    /// time lies in the window, one row for each prediction id (the first, when a request was sent twice), or null when
    /// there are none. Columns: <c>prediction_id varchar, event_time timestamptz, deployment varchar, model_version
    /// integer, input_…, output_…, label double (null while unknown), label_time timestamptz</c>. There is one
    /// <c>input_NAME</c> for each input (<c>input_NAME_0</c>, … for one with several values per row). A classifier has
    /// <c>output_label</c> and <c>output_score</c> (with two classes the probability of the second, with more the
    /// greatest, and then also each as <c>output_NAME_0</c>, …); a regression has <c>output_score</c>. What is in memory
    /// is flushed before.
    /// </summary>
    Task<string?> QueryAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct);

    /// <summary>How much of the window's answers was kept, by deployment and model version, and how much was left out on purpose.</summary>
    Task<IReadOnlyList<CollectedCounts>> CountAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CollectedCounts>>([]);

    /// <summary>Writes what is in memory; what was answered before the call is found by a query after it.</summary>
    Task FlushAsync(CancellationToken ct);

    /// <summary>Labels by prediction id; a later label for the same id corrects the earlier one. Returns how many were taken.</summary>
    Task<long> AddLabelsAsync(
        Caller caller, string endpoint, IReadOnlyList<string> predictionIds, IReadOnlyList<double> labels,
        CancellationToken ct);
}
