import { holdExercises } from "./hold-exercises.js";
import * as answers from "./background-answers.js";

holdExercises("1", answers);
