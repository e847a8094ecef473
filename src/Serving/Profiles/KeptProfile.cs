using Slipway.Kernel;

namespace Slipway.Serving.Profiles;

/// <summary>Whose answers a profile is of.</summary>
internal sealed record ProfileOwner(WorkspaceName Workspace, string Endpoint, string Deployment, string Model, int ModelVersion);

/// <summary>A profile as it is kept.</summary>
/// <param name="Id">One for each row that is made, so that it is kept once however often it is sent.</param>
internal sealed record KeptProfile(string Id, ProfileOwner Owner, ProfileWindow Window, byte[] Profile, long CreatedAt);
