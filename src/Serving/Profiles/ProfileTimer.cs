using Microsoft.Extensions.Logging;
using Slipway.Data;

namespace Slipway.Serving.Profiles;

/// <summary>Joins old profiles now and then.</summary>
internal sealed class ProfileTimer(JoinProfiles join, Database database, TimeProvider time, ILogger<ProfileTimer> logger)
    : PeriodicWork("Joining old profiles of answers", TimeSpan.FromMinutes(10), database, time, logger)
{
    protected override Task RunAsync(int round, CancellationToken ct) => join.RunAsync(ct);
}
