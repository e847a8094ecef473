using Microsoft.AspNetCore.Http;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Inference;

/// <summary>One request in one protocol; everything between reading and answering is <see cref="InferenceCore"/>.</summary>
internal interface IInferExchange
{
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
}
