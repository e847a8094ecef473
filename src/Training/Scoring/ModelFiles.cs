using System.Text.Json;
using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Training.Export;

namespace Slipway.Training.Scoring;

/// <summary>Opens the ONNX model of a tree, with what its signature says.</summary>
internal sealed class ModelFiles(ContentStore content)
{
    public Task<ScoringModel> OpenAsync(ModelVersion version, CancellationToken ct) =>
        OpenAsync(version.Tree, $"{version.Model}:{version.Number}", version.SignatureJson, ct);

    /// <param name="name">What messages call it.</param>
    public async Task<ScoringModel> OpenAsync(Digest tree, string name, string? signature, CancellationToken ct)
    {
        signature ??= await ReadAsync((await content.GetTreeAsync(tree, ct)).Entries, ModelFolder.Signature, ct);
        var session = await LoadAsync(tree, name, ct);
        try
        {
            return ScoringModel.Create(name, session, Parse(name, signature));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The ONNX model of the tree, whatever it takes and gives.</summary>
    public async Task<OnnxSession> LoadAsync(Digest tree, string name, CancellationToken ct)
    {
        var entries = (await content.GetTreeAsync(tree, ct)).Entries;
        var file = entries.FirstOrDefault(entry => Path.GetFileName(entry.Path) == ModelFolder.Onnx)
            ?? (entries.Where(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).Take(2).ToArray() is [var only] ? only : null)
            ?? throw SlipwayException.Invalid(
                $"The model {name} holds no {ModelFolder.Onnx} but {Listed(entries)}; export it to ONNX first.");
        var path = await content.LocalFileAsync(file.Digest, ct);
        try
        {
            return OnnxSession.Load(path);
        }
        catch (SlipwayException refusal) when (refusal.Code == ErrorCode.EngineFailed)
        {
            // The engine names the file in the content store, which tells nobody anything.
            throw new SlipwayException(
                refusal.Code, $"The model {name}: {refusal.Message.Replace($"'{path}'", file.Path, StringComparison.Ordinal)}", refusal);
        }
    }

    /// <summary>The text of a file of the tree; null when it is not there.</summary>
    public async Task<string?> ReadAsync(IReadOnlyList<TreeEntry> entries, string file, CancellationToken ct) =>
        entries.FirstOrDefault(entry => Path.GetFileName(entry.Path) == file) is { } found
            ? System.Text.Encoding.UTF8.GetString(await content.ReadAllAsync(found.Digest, ct))
            : null;

    private static ModelSignature? Parse(string name, string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, ModelJson.Default.ModelSignature);
        }
        catch (JsonException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"The signature of the model {name} cannot be read: {exception.Message} Register it anew.", exception);
        }
    }

    private static string Listed(IReadOnlyList<TreeEntry> entries) =>
        entries.Count == 0 ? "no file" : string.Join(", ", entries.Take(5).Select(entry => entry.Path)) + (entries.Count > 5 ? " …" : "");
}
