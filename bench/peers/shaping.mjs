// What is made of twelve answers, for everybody who speaks JavaScript; shaping.py is the same.
export const CALLS = 12;

export function shape(documents) {
  return {
    rows: documents.map((one) => ({
      id: one.id,
      title: one.title,
      films: one.films.slice(0, 5).map((film) => ({ id: film.id, name: film.name })),
    })),
  };
}
