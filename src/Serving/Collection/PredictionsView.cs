using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>
/// What an endpoint was asked and what it answered, for SQL: <c>'predictions:flights'</c>, with the columns of
/// <see cref="ICollectedData.QueryAsync"/>.
/// </summary>
internal sealed class PredictionsView(CollectedData collected) : ILakeView
{
    private static readonly TimeWindow s_always = new(DateTimeOffset.UnixEpoch.AddYears(-1000), DateTimeOffset.MaxValue);

    public string Name => "predictions";

    public async Task<LakeTable> TableAsync(Caller caller, string subject, string folder, CancellationToken ct) =>
        await collected.TableAsync(caller, subject, s_always, ct)
        ?? throw new SlipwayException(
            ErrorCode.NotFound, $"The endpoint '{subject}' has collected no answers, so 'predictions:{subject}' is no table.");
}
