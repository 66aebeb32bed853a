using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Testbed.Explorer;

/// <summary>
/// Writes a failure as one self-contained HTML page: it needs no network and no other file. The rows are plain HTML,
/// readable and printable as they are; a script adds stepping, arrows and the state at each step.
/// </summary>
public static partial class HtmlReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="execution">What happened.</param>
    /// <param name="facts">What else to say.</param>
    /// <param name="sources">The text of source lines.</param>
    public static void Write(
        TextWriter output, RecordedExecution execution, ReportFacts facts, SourceLines sources)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(execution);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(sources);
        var explanation = new Explanation(execution);
        Dictionary<string, string> parts = new()
        {
            ["title"] = Escape($"{KindOf(execution)}: {facts.Trace.Scenario}"),
            ["style"] = Resource("page.css"),
            ["script"] = Resource("page.js"),
            ["kind"] = Escape(KindOf(execution)),
            ["scenario"] = Escape(facts.Trace.Scenario),
            ["message"] = Escape(execution.FailureKind is null ? facts.Outcome : execution.FailureMessage),
            ["facts"] = Facts(execution, facts),
            ["replay"] = Escape(facts.ReplayCommand),
            ["story"] = Story(explanation),
            ["lanes"] = execution.Threads.Count.ToString(CultureInfo.InvariantCulture),
            ["input"] = execution.Input.Length == 0
                ? ""
                : "<details class=\"input\" open><summary>What it ran on</summary><pre>"
                    + $"{Escape(execution.Input)}</pre></details>\n",
            ["rule"] = Escape(Relevance.Rule),
            ["counts"] = Escape(Counts(explanation)),
            ["heads"] = string.Concat(execution.Threads.Select(
                (name, lane) => $"<th scope=\"col\" class=\"t{lane % 8}\">{Escape(name)}</th>")),
            ["rows"] = Rows(explanation, sources),
            ["data"] = PageData.Write(explanation),
        };
        output.Write(Placeholder().Replace(Resource("page.html"), match => parts[match.Groups[1].Value]));
    }

    private static string KindOf(RecordedExecution execution)
        => execution.FailureKind is { } kind ? KebabCase.Of(kind) : "no failure";

    private static string Facts(RecordedExecution execution, ReportFacts facts)
    {
        Trace trace = facts.Trace;
        string thread = execution.FailureThread < 0 ? "all that were left" : execution.Threads[execution.FailureThread];
        (string Name, string Value)[] pairs =
        [
            ("failed at", string.Create(CultureInfo.InvariantCulture, $"step {execution.Steps}")),
            ("thread", thread),
            ("seed", string.Create(CultureInfo.InvariantCulture, $"{trace.Seed}, execution {trace.Execution}")),
            ("strategy", trace.Strategy),
            ("build", trace.Fingerprint),
            .. trace.Parameters.Where(pair => !pair.Value.Contains('\n', StringComparison.Ordinal))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => (pair.Key, pair.Value)),
            ("replay", facts.Outcome.Split('\n')[0].Split(':')[0]),
        ];
        return string.Concat(pairs.Where(pair => pair.Value.Length > 0).Select(pair =>
            $"<div><dt>{Escape(pair.Name)}</dt><dd>{Escape(pair.Value)}</dd></div>"));
    }

    private static string Story(Explanation explanation)
        => explanation.Story.Count == 0
            ? "<li>There is no more to tell than the message says: step through the schedule.</li>\n"
            : string.Concat(explanation.Story.Select(sentence => $"<li>{LinkSteps(explanation, sentence)}</li>\n"));

    /// <summary>Escapes a sentence and makes each <c>step N</c> in it a link to that step's row.</summary>
    private static string LinkSteps(Explanation explanation, string sentence)
        => StepName().Replace(Escape(sentence), match =>
        {
            int step = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            int index = IndexOf(explanation, step);
            return index < 0 ? match.Value : $"<a href=\"#e{index}\">{match.Value}</a>";
        });

    private static int IndexOf(Explanation explanation, int step)
    {
        for (int index = 0; index < explanation.Execution.Events.Count; index++)
        {
            if (explanation.Execution.Events[index].Step == step)
            {
                return index;
            }
        }

        return -1;
    }

    private static string Counts(Explanation explanation)
    {
        int matter = explanation.Matters.Count(matters => matters);
        int all = explanation.Matters.Length;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{explanation.Execution.Steps} steps in {all} rows, of which {matter} matter");
    }

    private static string Rows(Explanation explanation, SourceLines sources)
    {
        var html = new StringBuilder();
        int columns = explanation.Execution.Threads.Count + 2;
        foreach ((int first, int count, bool matter) in explanation.Stretches())
        {
            if (!matter)
            {
                string stretch = Escape(explanation.DescribeStretch(first, count));
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<tr class=\"fold\" data-first=\"{first}\" data-count=\"{count}\"><td colspan=\"{columns}\">")
                    .Append("<button type=\"button\">… ")
                    .Append(stretch)
                    .Append("</button></td></tr>\n");
            }

            for (int index = first; index < first + count; index++)
            {
                AppendRow(html, explanation, index, sources);
            }
        }

        AppendEnds(html, explanation.Execution);
        return html.ToString();
    }

    private static void AppendRow(StringBuilder html, Explanation explanation, int index, SourceLines sources)
    {
        RecordedExecution execution = explanation.Execution;
        RecordedEvent happened = execution.Events[index];
        bool fails = index == execution.Events.Count - 1 && execution.FailureThread >= 0;
        string classes = (explanation.Matters[index] ? "row" : "row minor")
            + (happened.IsStep ? "" : " part")
            + (fails ? " fails" : "");
        string step = happened.IsStep || fails ? happened.Step.ToString(CultureInfo.InvariantCulture) : "";
        html.Append(CultureInfo.InvariantCulture, $"<tr id=\"e{index}\" class=\"{classes}\">")
            .Append("<th scope=\"row\">")
            .Append(step)
            .Append("</th>");
        for (int lane = 0; lane < execution.Threads.Count; lane++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"lane t{lane % 8}\">");
            if (lane == happened.Thread)
            {
                AppendDeed(html, explanation, index);
            }

            html.Append("</td>");
        }

        string place = happened.File.Length == 0 ? "" : SourceText.Of(happened.File, happened.Line);
        html.Append("<td class=\"source\"><code>")
            .Append(Escape(sources.Of(happened.File, happened.Line)))
            .Append("</code> <span class=\"at\">")
            .Append(Escape(place))
            .Append("</span></td></tr>\n");
    }

    /// <summary>What an event did.</summary>
    private static void AppendDeed(StringBuilder html, Explanation explanation, int index)
    {
        RecordedEvent happened = explanation.Execution.Events[index];
        html.Append("<div class=\"deed\"><span class=\"who\">")
            .Append(Escape(explanation.Execution.Threads[happened.Thread]))
            .Append("</span> <b>")
            .Append(Escape(happened.Operation))
            .Append("</b>");
        AppendSpan(html, "place", happened.Location);
        if (happened.After.Length > 0)
        {
            AppendSpan(html, "value", $"{happened.Before} → {happened.After}");
        }
        else if (happened.Before.Length > 0)
        {
            AppendSpan(html, "value", "= " + happened.Before);
        }

        AppendSpan(html, "note", happened.Note);
        int source = explanation.Causality.SourceOf(index);
        if (source >= 0)
        {
            RecordedEvent write = explanation.Execution.Events[source];
            string who = Escape(explanation.Execution.Threads[write.Thread]);
            html.Append(
                CultureInfo.InvariantCulture,
                $" <a class=\"from\" href=\"#e{source}\" title=\"reads what {who} wrote at step {write.Step}\">")
                .Append(CultureInfo.InvariantCulture, $"from {write.Step}</a>");
        }

        html.Append("</div>");
    }

    /// <summary>What each thread waits for that had not ended.</summary>
    private static void AppendEnds(StringBuilder html, RecordedExecution execution)
    {
        if (execution.Waits.Count == 0)
        {
            return;
        }

        html.Append("<tr class=\"ends\"><th scope=\"row\">end</th>");
        for (int lane = 0; lane < execution.Threads.Count; lane++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"lane t{lane % 8}\">");
            if (execution.Waits.FirstOrDefault(wait => wait.Thread == lane) is { } wait)
            {
                html.Append("<div class=\"deed\"><span class=\"who\">")
                    .Append(Escape(execution.Threads[lane]))
                    .Append("</span> <b>")
                    .Append(wait.IsBlocked ? "waits: " : "next: ")
                    .Append(Escape(wait.Operation))
                    .Append("</b>");
                AppendSpan(html, "place", wait.Location);
                html.Append("</div>");
            }

            html.Append("</td>");
        }

        html.Append("<td></td></tr>\n");
    }

    private static void AppendSpan(StringBuilder html, string style, string text)
    {
        if (text.Length > 0)
        {
            html.Append(" <span class=\"").Append(style).Append("\">").Append(Escape(text)).Append("</span>");
        }
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\bstep (\d+)")]
    private static partial Regex StepName();
}
