using Microsoft.AspNetCore.Http;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Inference;

/// <summary>One request in one protocol; everything between reading and answering is <see cref="InferenceCore"/>.</summary>
internal interface IInferExchange
{
    /// <summary>The request as it came, for a model that reads bodies itself; null: this protocol has tensors only.</summary>
    BodyRequest? Body => null;

    /// <summary>Passes on what such a model answered.</summary>
    void Write(BodyAnswer answer, ServedDeployment deployment) => throw new InvalidOperationException("This protocol has tensors only.");

    /// <summary>Fills the slot's inputs, or refuses with one sentence.</summary>
    void Read(ScoringSlot slot);

    /// <summary>Takes the answer out of the slot, which the next request has as soon as this returns.</summary>
    void Write(ScoringSlot slot, ServedDeployment deployment);
}

/// <summary>Who should answer.</summary>
/// <param name="Model">Null: whichever model the endpoint's traffic goes to.</param>
/// <param name="Version">Null: any.</param>
/// <param name="Pinned">The deployment that must answer, whatever its traffic; null: by traffic.</param>
internal readonly record struct InferTarget(Kernel.WorkspaceName Workspace, string Endpoint, string? Model, string? Version, string? Pinned)
{
    /// <summary>The request's headers, in which an endpoint may have its callers' key; null where a protocol has none.</summary>
    public IHeaderDictionary? Headers { get; init; }

    /// <summary>The body where it is JSON, in which an endpoint may have its callers' key; empty where it is not.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }
}
