using Microsoft.Extensions.Options;
using Slipway.Data;

namespace Slipway.Jobs.Execution;

/// <summary>Whether this process tells the news of the jobs that it ends.</summary>
internal sealed class NewsTeller(DataOptions data, IOptions<JobsOptions> options)
{
    /// <summary>Null: it leaves that to a server.</summary>
    public string? Name { get; } = options.Value.TellNews ? StepWorker.OwnerOf(data.Home) : null;
}
