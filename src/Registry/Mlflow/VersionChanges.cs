using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Registry.Mlflow;

/// <summary>The changes of a version's row.</summary>
internal static class VersionChanges
{
    private const string Here = "workspace = @Workspace and model = @Model and number = @Number";

    public static SlipwayException Unknown(string model, int number) =>
        new(ErrorCode.NotFound, $"Model Version (name={model}, version={number}) not found");

    public static Task DescribeAsync(
        DbTransaction tx, WorkspaceName workspace, string model, int number, string description, CancellationToken ct) =>
        tx.ExecuteAsync(
            $"update model_versions set description = @Description where {Here}",
            new { Workspace = workspace.Value, Model = model, Number = number, Description = description },
            ct);

    /// <param name="value">Null: the tag goes.</param>
    public static async Task SetTagAsync(
        DbTransaction tx, WorkspaceName workspace, string model, int number, string key, string? value, CancellationToken ct)
    {
        var place = new { Workspace = workspace.Value, Model = model, Number = number };
        var tags = await tx.FindAsync<string>($"select tags from model_versions where {Here}", place, ct);
        await tx.ExecuteAsync(
            $"update model_versions set tags = @Tags where {Here}",
            new { place.Workspace, place.Model, place.Number, Tags = RegisteredModelStore.With(tags!, key, value) },
            ct);
    }

    public static async Task DeleteAsync(DbTransaction tx, WorkspaceName workspace, string model, int number, CancellationToken ct)
    {
        var place = new { Workspace = workspace.Value, Model = model, Number = number };
        await tx.ExecuteAsync($"delete from model_aliases where {Here}", place, ct);
        await tx.ExecuteAsync($"delete from model_versions where {Here}", place, ct);
    }

    public static async Task SetStageAsync(
        DbTransaction tx, WorkspaceName workspace, string model, int number, string stage, bool archiveOthers, long now,
        CancellationToken ct)
    {
        var place = new { Workspace = workspace.Value, Model = model, Number = number, Stage = stage, Now = now };
        if (archiveOthers)
        {
            await tx.ExecuteAsync(
                """
                update model_versions set stage = 'Archived', updated_at = @Now
                where workspace = @Workspace and model = @Model and stage = @Stage and number <> @Number
                """,
                place,
                ct);
        }

        await tx.ExecuteAsync($"update model_versions set stage = @Stage where {Here}", place, ct);
    }

    /// <summary>Whether there was such an alias.</summary>
    public static async Task<bool> DeleteAliasAsync(
        DbTransaction tx, WorkspaceName workspace, string model, string alias, CancellationToken ct) => await tx.ExecuteAsync(
        "delete from model_aliases where workspace = @Workspace and model = @Model and alias = @Alias",
        new { Workspace = workspace.Value, Model = model, Alias = alias },
        ct) > 0;
}
