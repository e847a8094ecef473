using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Security.Access;

namespace Slipway.Security.Http;

/// <summary>
/// Puts the <see cref="Caller"/> on the request: on loopback everybody is the local administrator. The workspace is the
/// header's (ours or MLflow's), else the default one.
/// </summary>
internal sealed class SignIn(RequestDelegate next, RoleStore roles)
{
    internal const string LocalAdministrator = "local";
    private static readonly Caller s_local = new(WorkspaceName.Default, LocalAdministrator);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Features.Set(await CallerAsync(context));
        await next(context);
    }

    private async ValueTask<Caller> CallerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var named = headers["X-Slipway-Workspace"].ToString() is { Length: > 0 } ours ? ours : headers["X-MLFLOW-WORKSPACE"].ToString();
        if (named.Length == 0 || named == WorkspaceName.Default.Value)
            return s_local;

        var workspace = WorkspaceName.Parse(named);
        if (!await roles.WorkspaceExistsAsync(workspace, context.RequestAborted))
            throw SlipwayException.NotFound("Workspace", named);
        return s_local with { Workspace = workspace };
    }
}
