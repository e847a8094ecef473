using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>POST …/online-endpoints/{endpoint}/feedback: true outcomes by prediction id, late and in any order.</summary>
internal static class AddFeedback
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/online-endpoints/{endpoint}/feedback", HandleAsync)
        .WithName("AddFeedback").WithTags("online-endpoints");

    private static async Task<Ok<Response>> HandleAsync(
        string endpoint, Request request, Caller caller, ICollectedData collected, CancellationToken ct)
    {
        if (request.Ids is null || request.Labels is null)
            throw SlipwayException.Invalid("""Feedback is {"ids":["…"],"labels":[0]}: one label for each id.""");
        if (Array.IndexOf(request.Ids, null) is var missing and >= 0)
            throw SlipwayException.Invalid($"Id {missing} is null; send one id for each label.");
        return TypedResults.Ok(new Response(await collected.AddLabelsAsync(caller, endpoint, request.Ids, request.Labels, ct)));
    }

    public sealed record Request(string[]? Ids, double[]? Labels);

    public sealed record Response(long Labels);
}
