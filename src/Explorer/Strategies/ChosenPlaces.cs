using System.IO.Enumeration;

namespace Testbed.Explorer;

/// <summary>The places that somebody has chosen by patterns of their names, such as <c>work.*</c>.</summary>
/// <param name="engine">Tells names.</param>
/// <param name="patterns">The patterns; <c>*</c> stands for any text, <c>?</c> for any character.</param>
internal sealed class ChosenPlaces(Engine engine, IReadOnlyList<string> patterns)
{
    /// <summary>
    /// What is known of places in this execution: making a name costs more than a step. In another one the same place
    /// may have another name.
    /// </summary>
    private readonly Dictionary<Place, bool> _known = [];

    /// <summary>Whether there is none.</summary>
    internal bool AreNone => patterns.Count == 0;

    /// <summary>An execution begins.</summary>
    internal void Begin() => _known.Clear();

    /// <summary>Whether an operation is about one of them.</summary>
    internal bool Contains(in Operation operation)
    {
        if (AreNone || !operation.HasPlace)
        {
            return false;
        }

        Place place = Place.Of(operation);
        if (!_known.TryGetValue(place, out bool isChosen))
        {
            string name = engine.LocationOf(operation);
            isChosen = patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
            _known.Add(place, isChosen);
        }

        return isChosen;
    }
}
