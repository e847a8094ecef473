using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>
/// Reads the registered environment that a deployment names, so that what is recorded stays the same whatever is registered later. One that is not known
/// here, or has no conda file, is left out of what is recorded.
/// </summary>
internal sealed class ChosenEnvironment(INamedEnvironments environments)
{
    public async Task<DeploymentSettings> ReadAsync(Caller caller, DeploymentSettings settings, CancellationToken ct)
    {
        if (settings.Environment is not { } given)
            return settings;
        if (settings.Python is not null)
            throw SlipwayException.Invalid("The settings have both 'python' and 'environment'; an interpreter has the packages that it has, so give one of the two.");
        if (given.Name is not { } name)
            return settings;
        if (given.Conda is not null)
            throw SlipwayException.Invalid("'environment' has both 'name' and 'conda'; give one of the two.");

        // Files name environments and images of the cloud that they were written for; they run here all the same, or are refused for want of a package.
        var found = await environments.FindAsync(caller, name, ct);
        return settings with
        {
            Environment = found?.Conda is { } conda ? new EnvironmentSettings { Name = $"{found.Name}:{found.Version}", Conda = conda } : null,
        };
    }
}
