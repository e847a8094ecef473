using System.Data.Common;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Shared;

/// <summary>For hosts without webhooks: nothing may be sent.</summary>
public sealed class NoDeliveries : IDeliveries
{
    public Task<string> EnqueueAsync(DbTransaction tx, Caller caller, NewDelivery delivery, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<string> EnqueueAsync(Caller caller, NewDelivery delivery, CancellationToken ct) => throw new NotSupportedException();

    public Task<DeliveryAnswer> TryAsync(Caller caller, NewDelivery delivery, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, DeliveryOutcome>> OutcomesAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task CheckUrlAsync(string url, CancellationToken ct) => throw new NotSupportedException();
}
