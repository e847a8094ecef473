using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>Reads a checked step (or a job that is a single step) with its component.</summary>
internal sealed class StepReader(JobTables tables, SourceFiles files, PipelineReader pipelines)
{
    private static readonly FrozenSet<string> s_none = [];

    private readonly StepPorts _ports = new(files.Problems, files.IsComplete);
    private readonly OwnExpressions _expressions = new(files.Problems);

    /// <param name="nesting">The component files that lead here.</param>
    public StepDefinition? Read(string name, Piece step, Template? defaultCompute, Nesting nesting)
    {
        var reference = Component(step, "component", out var component);
        var kind = Kind(step, component, reference);
        if (component is not null && !nesting.MayEnter(component, step, files.Problems))
            return null;
        nesting = component is null ? nesting : nesting.Into(component);

        var trial = kind == "sweep" ? Trial(step, nesting) : null;
        var declaring = component ?? trial?.Component;
        var isOpen = reference is not null || trial?.Reference is not null;
        var space = step.Entries("search_space").Select(entry => entry.Key).ToFrozenSet();
        var read = Common(name, step, component, defaultCompute) with
        {
            Kind = kind,
            ComponentReference = reference,
            Inputs = _ports.Inputs(step, declaring, isOpen, space),
            Outputs = _ports.Outputs(step, declaring, isOpen),
            Trial = trial?.Step,
            TrialReference = trial?.Reference,
        };
        return kind == "pipeline" ? Pipeline(read, step, component, nesting) : WithSettings(read, step, component, isOpen, space);
    }

    /// <summary>Reads a component that no step uses, so that what is wrong in it is reported.</summary>
    public void ReadComponent(Piece component)
    {
        var nobody = new Piece(component.File, new YamlMap(component.Map.Place, []), "");
        var read = Common("component", nobody, component, null) with
        {
            Kind = tables.Component.CaseOf(component.Map) ?? "command",
            Inputs = [.. component.Entries("inputs").Select(entry => PortReader.Declared(entry, component.Folder))],
            Outputs = [.. component.Entries("outputs").Select(entry => PortReader.Output(entry, null))],
        };
        if (read.Kind == "pipeline")
            Pipeline(read, nobody, component, Nesting.Root().Into(component));
        else
            WithSettings(read, nobody, component, false, s_none);
    }

    private static StepDefinition Common(string name, Piece step, Piece? component, Template? defaultCompute)
    {
        var own = step.Map;
        var other = component?.Map;
        return new StepDefinition
        {
            Name = name,
            Kind = "command",
            Component = other?.Text("name"),
            DisplayName = own.Text("display_name") ?? other?.Text("display_name"),
            Inputs = [],
            Outputs = [],
            DependsOn = [],
            Settings = [],
            Files = [],
            Compute = ComputeNames.Read(own.Text("compute")) ?? defaultCompute,
            EnvironmentVariables = Texts(other?.Map("environment_variables"), own.Map("environment_variables")),
            Tags = Texts(other?.Map("tags"), own.Map("tags")),
            Resources = Merged(other?.Map("resources"), own.Map("resources")),
            Limits = Merged(other?.Map("limits"), own.Map("limits")),
            Priority = own.Map("queue_settings")?.Text("priority") ?? other?.Map("queue_settings")?.Text("priority"),
            IsDeterministic = YamlText.Boolean(own.Text("is_deterministic") ?? other?.Text("is_deterministic") ?? "true") != false,
            Place = own.Place,
        };
    }

    private StepDefinition WithSettings(StepDefinition read, Piece step, Piece? component, bool isOpen, FrozenSet<string> space)
    {
        if (tables.Find(read.Kind) is not { } kind)
            return read;

        var settings = new StepSettings(files);
        settings.Read(kind, component is null ? [step] : [component, step]);
        var inputs = isOpen ? null : read.Inputs.Select(input => input.Name).ToList();
        var outputs = isOpen ? null : read.Outputs.Select(output => output.Name).Append("artifacts").ToList();
        var names = new OwnExpressions.Names(inputs, outputs, space)
        {
            Optional = OptionalInputs(component, input => input.Optional),
            Absent = OptionalInputs(component, input => input is { Optional: true, Value: null }),
        };
        string[] fields = [.. kind.FieldNames.Where(field => field is not ("trial" or "search_space")), "resources"];
        if (component is not null)
            _expressions.Check(component, fields, names);
        _expressions.Check(step, fields, names);
        if (read.Trial is not null && step.Map.Map("trial") is { } trial)
            _expressions.Check(step with { Map = trial, Path = step.At("trial") }, ["command", "distribution"], names);
        return read with { Settings = settings.Fields(), Files = settings.Files };
    }

    private StepDefinition? Pipeline(StepDefinition read, Piece step, Piece? component, Nesting nesting)
    {
        var piece = component ?? step;
        if (piece.Map.Map("jobs") is null)
            return read;

        var inputs = component is null
            ? read.Inputs.Select(input => input with { Value = null }).ToList()
            : [.. component.Entries("inputs").Select(entry => PortReader.Declared(entry, component.Folder))];
        var outputs = component is null
            ? read.Outputs.Select(output => output with { ParentOutput = null }).ToList()
            : [.. component.Entries("outputs").Select(entry => PortReader.Output(entry, null))];
        var pipeline = pipelines.Read(piece, inputs, outputs, read.Compute, nesting);
        return pipeline is null ? null : read with { Pipeline = pipeline };
    }

    private (StepDefinition? Step, Piece? Component, Reference? Reference)? Trial(Piece sweep, Nesting nesting)
    {
        var reference = Component(sweep, "trial", out var piece);
        if (reference is not null || piece is null)
            return (null, null, reference);

        var isFile = piece.File != sweep.File;
        if (isFile && !nesting.MayEnter(piece, sweep, files.Problems))
            return null;

        var settings = new StepSettings(files);
        settings.Read(KindTables.Command, [piece]);
        var step = Common("trial", piece, null, null) with { Component = piece.Map.Text("name"), Settings = settings.Fields(), Files = settings.Files };
        if (!isFile)
            return (step, null, null);

        var names = new OwnExpressions.Names(
            [.. piece.Entries("inputs").Select(entry => entry.Key)], [.. piece.Entries("outputs").Select(entry => entry.Key), "artifacts"], [])
        {
            Optional = OptionalInputs(piece, input => input.Optional),
            Absent = OptionalInputs(piece, input => input is { Optional: true, Value: null }),
        };
        _expressions.Check(piece, KindTables.Command.FieldNames, names);
        return (step, piece, null);
    }

    /// <summary>The component as a piece when it is here, or the reference to it when it is not; neither when there is none.</summary>
    private Reference? Component(Piece step, string field, out Piece? component)
    {
        component = null;
        if (step.Map.Map(field) is { } inline)
            component = Anonymous(new Piece(step.File, inline, step.At(field)), field);
        if (step.Map.Scalar(field) is not { } written)
            return null;

        var reference = ReferenceReader.Read(written.Text, ReferenceUse.Component, step.Folder, out _);
        if (reference is not LocalPath path)
        {
            if (reference is null || files.OpenRegistered(AssetKind.Component, reference, tables.Component) is not { } registered)
                return reference;
            component = new Piece(registered, registered.Root, "");
            return null;
        }

        if (files.Open(path, tables.Component, written, step.At(field)) is not { } file)
            return null;

        // Prompt flows stand where components do; what they take is written in another language.
        if (file.IsForeign)
            return reference;
        component = Anonymous(new Piece(file, file.Root, ""), field);
        return null;
    }

    // What an inline trial says is the sweep's own. What a registered component brings is registered with it.
    private Piece Anonymous(Piece component, string field) =>
        (field == "trial" && component.Path.Length > 0) || component.File.Key.StartsWith("azureml:", StringComparison.Ordinal) ? component : files.Uses(component);

    private string Kind(Piece step, Piece? component, Reference? reference)
    {
        var own = step.Map["type"] is null ? null : tables.Step.CaseOf(step.Map);
        var brought = component is null ? null : tables.Component.CaseOf(component.Map);
        if (own is not null && brought is not null && own != brought)
        {
            files.Problems.Add(
                step.Map["type"]!.Place, step.At("type"), $"The step is of type {own} and its component of type {brought}; remove 'type' or correct one of them.");
        }

        return own ?? brought ?? (reference is null ? tables.Step.CaseOf(step.Map) : null) ?? "command";
    }

    private static FrozenSet<string> OptionalInputs(Piece? component, Func<InputDefinition, bool> which) => component is null ? s_none : component.Entries("inputs")
        .Select(entry => PortReader.Declared(entry, component.Folder))
        .Where(which)
        .Select(input => input.Name)
        .ToFrozenSet();

    private static Dictionary<string, string> Texts(params YamlMap?[] maps)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in maps.SelectMany(map => map?.Entries ?? []))
            texts[entry.Key] = entry.Value is YamlScalar scalar ? scalar.IsNull ? "" : YamlText.Of(scalar) : "";
        return texts;
    }

    private static JsonObject? Merged(params YamlMap?[] maps)
    {
        if (maps.All(map => map is null))
            return null;

        var merged = new JsonObject();
        foreach (var entry in maps.SelectMany(map => map?.Entries ?? []))
            merged[entry.Key] = Shapes.Any.Json(entry.Value);
        return StepSettings.Read(merged);
    }
}
