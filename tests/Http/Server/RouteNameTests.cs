using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Http.Serving;
using Xunit;

namespace Slipway.Http.Server;

public sealed class RouteNameTests(ServingServer server) : IClassFixture<ServingServer>
{
    [Fact]
    public void No_two_routes_have_the_same_name_or_the_same_address()
    {
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        var names = routes.Select(route => route.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName).Where(name => name is not null);
        var addresses = routes.SelectMany(route =>
            (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["any"]).Select(method => $"{method} {route.RoutePattern.RawText}"));

        Assert.True(routes.Count > 200);
        Assert.Empty(Twice(names));
        Assert.Empty(Twice(addresses));
    }

    private static IEnumerable<string> Twice(IEnumerable<string?> texts) =>
        texts.GroupBy(text => text).Where(group => group.Count() > 1).Select(group => group.Key!);
}
