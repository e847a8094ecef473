using Slipway.Kernel;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Contracts;

/// <summary>How what deployments were asked and answered was distributed, without the rows.</summary>
public interface IAnswerProfiles
{
    /// <summary>
    /// The sum of the profiles whose windows (minutes; older ones hours, then days) begin in this one, by deployment and model version, the one with the
    /// most rows first. What is in this process's memory is written before. Columns have the names of collected ones; those that are
    /// masked or not collected are left out, and so are answers to copies of requests.
    /// </summary>
    /// <param name="deployment">Null: all of the endpoint.</param>
    Task<IReadOnlyList<ProfiledAnswers>> ReadAsync(Caller caller, string endpoint, string? deployment, TimeWindow window, CancellationToken ct);
}

/// <summary>The answers of one deployment in a window.</summary>
/// <param name="Window">From the begin of the first profile to the end of the last, which may lie beyond what was asked for.</param>
public sealed record ProfiledAnswers(string Deployment, string Model, int ModelVersion, TimeWindow Window, AnswerProfile Profile);
