using Microsoft.AspNetCore.Http;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts;

/// <summary>A logged model, as far as the registry needs it.</summary>
public sealed record LoggedModelPlace(string Id, string ArtifactUri, string? SourceRunId);

/// <summary>Where MLflow's clients say that a model's files are, for the registry.</summary>
public interface IModelSources
{
    /// <summary>
    /// The files at runs:/ID/path, models:/m-ID or mlflow-artifacts:/path; null when they are not in this server's store
    /// or not there yet.
    /// </summary>
    Task<Tree?> FindFilesAsync(Caller caller, string source, CancellationToken ct);

    Task<LoggedModelPlace?> FindLoggedModelAsync(Caller caller, string id, CancellationToken ct);

    /// <summary>Where the run's artifacts are; null when there is no such run.</summary>
    Task<string?> FindRunArtifactsAsync(Caller caller, string runId, CancellationToken ct);

    /// <summary>Adds a registered version to the logged model's tag mlflow.modelVersions.</summary>
    Task AddRegistrationAsync(Caller caller, string loggedModelId, string model, int version, CancellationToken ct);

    /// <summary>Sends a file of a tree, as artifacts are sent. The path is judged before the tree is looked for.</summary>
    Task SendFileAsync(HttpContext http, string path, Func<CancellationToken, Task<Tree>> find, CancellationToken ct);

    /// <summary>
    /// Makes a tree readable at mlflow-artifacts:/FOLDER. It demands no permission to write: it gives names to contents
    /// that the caller may read, in a folder that belongs to the server.
    /// </summary>
    Task PublishAsync(Caller caller, string folder, Digest tree, CancellationToken ct);
}
