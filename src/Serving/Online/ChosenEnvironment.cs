using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>Reads the registered environment that a deployment names, so that what is recorded stays the same whatever is registered later.</summary>
internal sealed class ChosenEnvironment(IPythonEnvironments environments)
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

        var found = await environments.FindAsync(caller, name, ct);
        return found.Conda is null
            ? throw SlipwayException.Invalid(
                $"Environment '{found.Name}:{found.Version}' is an image without a conda_file. Deployments run as processes of this machine, not in containers: give it a conda_file, or leave it out.")
            : settings with { Environment = new EnvironmentSettings { Name = $"{found.Name}:{found.Version}", Conda = found.Conda } };
    }
}
