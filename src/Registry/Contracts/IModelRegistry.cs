using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Registry.Contracts;

/// <summary>One version of a registered model: a number on a tree in the content store.</summary>
public sealed record ModelVersion
{
    public required WorkspaceName Workspace { get; init; }

    public required string Model { get; init; }

    public required int Number { get; init; }

    /// <summary>Tree with the model's files (model.onnx, MLmodel, …).</summary>
    public required Digest Tree { get; init; }

    /// <summary>"onnx", "mlflow", "custom", "xgboost" …: chooses the serving runtime.</summary>
    public required string Flavor { get; init; }

    /// <summary>Where its inputs and outputs are described (<see cref="ModelSignature"/> as JSON); null when unknown.</summary>
    public string? SignatureJson { get; init; }

    /// <summary>The run that made it; null when it was uploaded.</summary>
    public string? RunId { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>Where an MLflow client said that its files are; "" when it was made without one.</summary>
    public string Source { get; init; } = "";

    public string? RunLink { get; init; }

    /// <summary>MLflow's logged model that it was made of.</summary>
    public string? LoggedModelId { get; init; }

    /// <summary>One of <see cref="ModelStages.Known"/>.</summary>
    public string Stage { get; init; } = ModelStages.None;

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Its node in the lineage graph: "model:flights-late@3".</summary>
    public string Node => $"model:{Model}@{Number}";
}

/// <summary>What is needed to register a version.</summary>
public sealed record NewModelVersion
{
    public required string Model { get; init; }

    public required Digest Tree { get; init; }

    public required string Flavor { get; init; }

    public string? SignatureJson { get; init; }

    public string? RunId { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Where MLflow's clients find the files; null: in the content store, by the tree.</summary>
    public string? Source { get; init; }

    public string? RunLink { get; init; }

    public string? LoggedModelId { get; init; }

    /// <summary>One of <see cref="ModelStages.Known"/>.</summary>
    public string Stage { get; init; } = ModelStages.None;

    /// <summary>A second call with the same key returns the version of the first.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Registered models, for the modules above the registry.</summary>
public interface IModelRegistry
{
    /// <summary>Registers the next version; the model is created when it does not exist.</summary>
    Task<ModelVersion> RegisterAsync(Caller caller, NewModelVersion wanted, CancellationToken ct);

    /// <param name="reference">"name@alias", "name:3", "name/3", or "name@latest".</param>
    Task<ModelVersion?> FindAsync(Caller caller, string reference, CancellationToken ct);

    /// <summary>Points an alias ("champion", "challenger") at a version; the move is kept in the history with its reason.</summary>
    Task SetAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken ct);
}

/// <summary>A version was registered.</summary>
public sealed record VersionRegistered(Caller Caller, ModelVersion Version) : IEvent;

/// <summary>An alias was pointed at a version.</summary>
public sealed record AliasMoved(Caller Caller, string Model, string Alias, int Number, int? From, string Reason) : IEvent;
